import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import { type AnyManifest, variableName } from '../../apps/shared/manifest.ts'
import type { System } from '../system.ts'

/** Bytes of a generated secret. */
const BYTES = 32

/**
 * Generates the secrets that a manifest names: 32 random bytes in base64 each. They are encrypted in the state.
 * @returns by the names in the manifest
 * @throws Error naming service and secret, where the manifest wants another form
 */
export function generateSecrets(
  name: string,
  { name: service, secrets }: AnyManifest,
  opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
  const example = Buffer.alloc(BYTES, 1).toString('base64')
  return Object.fromEntries(
    Object.entries(secrets).map(([key, shape]) => {
      if (!shape.safeParse(example).success)
        throw new Error(
          `secret "${key}" of service "${service}" can't be generated: its shape refuses ${BYTES} random bytes in base64`,
        )
      const generated = new random.RandomBytes(
        `${name}-${variableName(key).toLowerCase().replaceAll('_', '-')}`,
        { length: BYTES },
        opts,
      )
      return [key, generated.base64]
    }),
  )
}

export interface ServiceSecretArgs {
  prefix: string
  service: string
  /** By variable. */
  values: Readonly<Record<string, pulumi.Input<string>>>
  keyArn: pulumi.Input<string>
  protect: boolean
}

/** What the task definition says in place of the values. */
export interface SecretReferences {
  /** Undefined where the service has no secrets. */
  arn: pulumi.Output<string> | undefined
  /** By variable: `ARN:VARIABLE::VERSION`; another version makes new tasks. */
  references: Record<string, pulumi.Output<string>>
}

/** One secret of Secrets Manager for all that a service must not show. About 0.40 USD a month. */
export function createSecret(
  name: string,
  { prefix, service, values, keyArn, protect }: ServiceSecretArgs,
  opts: pulumi.CustomResourceOptions,
): SecretReferences {
  if (Object.keys(values).length === 0) return { arn: undefined, references: {} }
  const secret = new aws.secretsmanager.Secret(
    `${name}-secret`,
    {
      name: `${prefix}/${service}`,
      description: `What ${service} must not show`,
      kmsKeyId: keyArn,
      recoveryWindowInDays: protect ? 30 : 0,
    },
    pulumi.mergeOptions(opts, { protect }),
  )
  const version = new aws.secretsmanager.SecretVersion(
    `${name}-secret-version`,
    { secretId: secret.id, secretString: pulumi.secret(pulumi.jsonStringify(values)) },
    opts,
  )
  return {
    arn: secret.arn,
    references: Object.fromEntries(
      Object.keys(values).map(variable => [
        variable,
        pulumi.interpolate`${secret.arn}:${variable}::${version.versionId}`,
      ]),
    ),
  }
}

/** A token for each service that others call: it proves to the callee that one of its callers asks. */
export function createCallTokens(
  system: System,
  opts: pulumi.CustomResourceOptions,
): ReadonlyMap<string, pulumi.Output<string>> {
  const callees = [...system.values()].filter(({ needs }) => needs.callers)
  return new Map(
    callees.map(({ name: callee }) => [
      callee,
      new random.RandomPassword(`${callee}-token`, { length: 48, special: false }, opts).result,
    ]),
  )
}
