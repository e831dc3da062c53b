// The public API for servers on EC2. It needs the package @cdktf/provider-aws.
export type { AwsInstanceProps } from "./servers/aws/aws-imported-server";
export { KeyPair, type NamedKeyPairOptions } from "./servers/aws/aws-key-pair";
export { AwsNetwork, type AwsNetworkProps, type AwsVpc } from "./servers/aws/aws-network";
export { AwsServer, type AwsServerProps } from "./servers/aws/aws-server";
