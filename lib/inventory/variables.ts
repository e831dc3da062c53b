/** A value that Terraform, JSON and Ansible support. Strings may contain tokens. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** Ansible variables by name. */
export type Variables = Readonly<Record<string, Value>>;
