export * from "./alertmanager-config";
export * from "./matcher";
export * from "./receiver";
export * from "./receiver-props";
export * from "./routing";
export * from "./template-files";
