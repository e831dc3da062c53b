import { Value, Variables } from "./inventory/variables";

/** Key that marks a text in JSON which Ansible must not read as a template. `controller/templates.py` uses it too. */
const UNSAFE = "__ansible_unsafe";

/**
 * Marks the texts in a value that contain a delimiter of Ansible's templates (`{{`, `{%`, `{#`), so that Ansible uses
 * them literally. Every user-provided text in the inventory passes this function.
 *
 * @throws if the name of a variable or of a key has a meaning in Ansible's JSON format
 */
export function literalForAnsible(value: Value): Value {
  if (typeof value === "string") return /\{[{%#]/.test(value) ? { [UNSAFE]: value } : value;
  if (Array.isArray(value)) return (value as readonly Value[]).map(literalForAnsible);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (name.startsWith("__ansible_"))
        throw new Error(`"${name}" has a meaning in Ansible: choose a name that does not begin with "__ansible_"`);
      return [name, literalForAnsible(item)];
    }),
  );
}

/** Like {@link literalForAnsible}, for a map of variables. */
export function literalVariables(variables: Variables): Variables {
  return literalForAnsible(variables) as Variables;
}

/**
 * Escapes all texts in a value, including the keys of maps, so that Terraform reads no template (`${`, `%{`) in them.
 * Tokens stay as they are. Every user-provided text in the Terraform JSON passes this function.
 */
export function literalForTerraform<T>(value: T): T {
  if (typeof value === "string") return escaped(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => literalForTerraform(item)) as T;
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => [escaped(name), literalForTerraform(item)] as const);
  return Object.fromEntries(entries) as T;
}

/** Whether a value is a plain object. Objects that Terraform's framework resolves have a class. */
function isMap(value: unknown): value is Readonly<Record<string, Value>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function escaped(text: string): string {
  return (
    text
      .replace(/\$\{(?!TfToken\[)/g, () => "$${")
      .replace(/%\{/g, "%%{")
      // A dollar sign in front of a token would turn the token into text.
      .replace(/\$(?=\$\{TfToken\[)/g, () => '${"$"}')
  );
}
