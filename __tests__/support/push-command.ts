import { certificateFiles } from "../../constructs/components/certificates";

/**
 * Returns a command that sends a request to Loki's push API with the certificate of the server's log agent, and prints the text
 * and the status of the answer.
 *
 * @param url URL of the API without a path
 */
export function pushCommand(url: string, body: Buffer): string {
  const { authority, certificate, key } = certificateFiles("log_agent");
  const options = `--cacert ${authority} --cert ${certificate} --key ${key}`;
  const header = "-H 'Content-Type: application/x-protobuf'";
  return `echo ${body.toString("base64")} | base64 -d | curl -s -m 30 -w '%{http_code}' ${options} ${header} --data-binary @- ${url}/loki/api/v1/push`;
}
