import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import {
  type BoundaryStatement,
  deployBoundary,
  type DeliveryNames,
  roleBoundary,
} from './delivery-boundary.ts'
import {
  type DeliveryPlace,
  deployStatements,
  ISSUER_HOST,
  previewStatements,
  subjectsOf,
  TOKEN_AUDIENCE,
  trustGitHub,
} from './delivery-statements.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { stateStatements, type StateStore } from './state-statements.ts'

export interface DeliveryArgs {
  /** First part of every physical name: `shop-dev`. */
  prefix: string
  /** `owner/name` on GitHub. */
  repository: string
  /** GitHub environment whose jobs may deploy; its protection rules say who starts them. */
  environment: string
  /** The account's provider for GitHub, of which it can have one. @default it is created */
  oidcProviderArn?: string | undefined
  /** Name in `Pulumi.yaml`. */
  project: string
  stack: string
  /** S3 bucket with Pulumi's state, and the key of its secrets. @default Pulumi Cloud, which needs no rights here */
  state?: StateStore
}

const DEPLOY_SESSION_SECONDS = 2 * 3600

/**
 * Roles for GitHub Actions, without a stored key: pull requests of the repository may preview (read only), jobs of the one
 * environment may deploy, inside a permissions boundary. A person with more rights creates and changes these; a deployment
 * can't. Free.
 */
export class Delivery extends pulumi.ComponentResource {
  readonly previewRoleArn: pulumi.Output<string>
  readonly deployRoleArn: pulumi.Output<string>
  /** Boundary that the stack's other roles must carry, see `boundedBy`: the deploy role makes no role without it. */
  readonly roleBoundaryArn: pulumi.Output<string>
  readonly #partition: pulumi.Output<string>
  readonly #place: pulumi.Output<DeliveryPlace>

  constructor(name: string, args: DeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Delivery', name, {}, opts)
    const { prefix } = args
    const parent = { parent: this }
    const subjects = subjectsOf(args.repository, args.environment)
    const names = namesOf(prefix)
    this.#partition = aws.getPartitionOutput({}, parent).partition
    this.#place = pulumi
      .all([this.#partition, aws.getCallerIdentityOutput({}, parent).accountId])
      .apply(([partition, account]) => ({ partition, account, prefix }))
    const provider = args.oidcProviderArn ?? this.#createProvider(name)

    this.roleBoundaryArn = this.#boundary(`${name}-role-boundary`, names.roleBoundary, () =>
      roleBoundary(),
    )
    const boundary = this.#boundary(`${name}-deploy-boundary`, names.deployBoundary, place =>
      deployBoundary(place, names),
    )
    this.previewRoleArn = this.#createPreviewRole(name, provider, subjects.preview, args)
    this.deployRoleArn = this.#createDeployRole(name, provider, subjects.deploy, {
      role: names.deployRole,
      boundary,
    })
    this.registerOutputs({
      previewRoleArn: this.previewRoleArn,
      deployRoleArn: this.deployRoleArn,
    })
  }

  #createProvider(name: string): pulumi.Output<string> {
    return new aws.iam.OpenIdConnectProvider(
      `${name}-github`,
      // No thumbprints: AWS trusts GitHub's certificate authority by itself.
      { url: `https://${ISSUER_HOST}`, clientIdLists: [TOKEN_AUDIENCE] },
      { parent: this },
    ).arn
  }

  #boundary(
    logicalName: string,
    name: string,
    statements: (place: DeliveryPlace) => BoundaryStatement[],
  ): pulumi.Output<string> {
    return new aws.iam.Policy(
      logicalName,
      {
        name,
        description: 'Permissions boundary: the most that a role may do',
        policy: pulumi.jsonStringify({
          Version: '2012-10-17',
          Statement: this.#place.apply(statements),
        }),
      },
      { parent: this },
    ).arn
  }

  #createPreviewRole(
    name: string,
    provider: pulumi.Input<string>,
    subjects: readonly string[],
    { prefix, project, stack, state = {} }: DeliveryArgs,
  ): pulumi.Output<string> {
    const role = new aws.iam.Role(
      `${name}-preview`,
      {
        name: namesOf(prefix).previewRole,
        description: 'pulumi preview of pull requests and of main: reads, never customer data',
        assumeRolePolicy: this.#trust(provider, subjects),
      },
      { parent: this },
    )
    for (const policy of ['SecurityAudit', 'job-function/ViewOnlyAccess'])
      this.#attach(`${name}-preview-${policy.replace('job-function/', '')}`, role, policy)
    this.#inline(
      `${name}-preview-own`,
      role,
      this.#partition.apply(partition => [
        ...previewStatements(),
        ...stateStatements({ partition, project, stack }, state),
      ]),
    )
    return role.arn
  }

  #createDeployRole(
    name: string,
    provider: pulumi.Input<string>,
    subject: string,
    { role: roleName, boundary }: { role: string; boundary: pulumi.Output<string> },
  ): pulumi.Output<string> {
    const role = new aws.iam.Role(
      `${name}-deploy`,
      {
        name: roleName,
        description: 'pulumi up from one GitHub environment',
        maxSessionDuration: DEPLOY_SESSION_SECONDS,
        permissionsBoundary: boundary,
        assumeRolePolicy: this.#trust(provider, subject),
      },
      { parent: this },
    )
    this.#attach(`${name}-deploy-PowerUserAccess`, role, 'PowerUserAccess')
    this.#inline(`${name}-deploy-own`, role, this.#place.apply(deployStatements))
    return role.arn
  }

  #trust(
    provider: pulumi.Input<string>,
    subject: string | readonly string[],
  ): pulumi.Output<string> {
    return pulumi.jsonStringify(pulumi.output(provider).apply(arn => trustGitHub(arn, subject)))
  }

  #attach(logicalName: string, role: aws.iam.Role, policy: string): void {
    new aws.iam.RolePolicyAttachment(
      logicalName,
      {
        role: role.name,
        policyArn: pulumi.interpolate`arn:${this.#partition}:iam::aws:policy/${policy}`,
      },
      { parent: this },
    )
  }

  #inline(
    logicalName: string,
    role: aws.iam.Role,
    statements: pulumi.Output<readonly object[]>,
  ): void {
    new aws.iam.RolePolicy(
      logicalName,
      {
        name: 'delivery',
        role: role.name,
        policy: pulumi.jsonStringify({ Version: '2012-10-17', Statement: statements }),
      },
      { parent: this },
    )
  }
}

const namesOf = (prefix: string): DeliveryNames => ({
  previewRole: physicalName([prefix, 'preview'], NAME_LIMITS.role),
  deployRole: physicalName([prefix, 'deploy'], NAME_LIMITS.role),
  deployBoundary: physicalName([prefix, 'deploy-boundary'], NAME_LIMITS.policy),
  roleBoundary: physicalName([prefix, 'role-boundary'], NAME_LIMITS.policy),
})
