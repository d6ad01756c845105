import * as pulumi from '@pulumi/pulumi'

/** Keys that a stack file holds encrypted or not at all. `secret: true` in Pulumi.yaml would refuse stacks without them. */
const SECRET_KEYS = ['stripeSecretKey', 'stripeWebhookSecret'] as const

/** The SDK has this and does not publish its type. */
const runtime = pulumi.runtime as typeof pulumi.runtime & { isConfigSecret(key: string): boolean }

/** Secrets that everybody can read who can read the stack file. Never shows one. */
export const plainSecretProblems = (
  given: ReadonlyMap<string, string>,
  project: string,
  stack: string,
): string[] =>
  SECRET_KEYS.filter(key => given.get(key) && !runtime.isConfigSecret(`${project}:${key}`)).map(
    key =>
      `${project}:${key} stands in plain (not shown): must be encrypted; pulumi config set --secret ${key} --stack ${stack}, with a new one if others have seen the file`,
  )
