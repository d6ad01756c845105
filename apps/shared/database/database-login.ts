import { Signer } from '@aws-sdk/rds-signer'

/**
 * Login tokens of Amazon RDS in place of a password: signed here with the task's credentials, good for 15 minutes, asked
 * for each new connection.
 */
export function iamPassword(url: string, region: string): () => Promise<string> {
  const { hostname, port, username } = new URL(url)
  const signer = new Signer({
    hostname,
    port: Number(port || 5432),
    username: decodeURIComponent(username),
    region,
  })
  return () => signer.getAuthToken()
}
