import * as aws from '@pulumi/aws'
// Not the whole package, which loads a hundred files more.
import { Image } from '@pulumi/awsx/ecr/image.js'
import * as pulumi from '@pulumi/pulumi'

export interface ServiceImageArgs {
  prefix: string
  service: string
  /** Tag of the image: the hash of what it is built from. */
  version: string
  /** Folder that holds what it is built from. */
  context: string
  architecture: 'arm64' | 'x86_64'
  keyArn: pulumi.Input<string>
  /** Whether `aws ecs execute-command` finds a shell in it. */
  exec: boolean
  /** Images are kept when the stack is destroyed. */
  protect: boolean
}

const KEPT_IMAGES = 30
const UNTAGGED_DAYS = 7
const DOCKER_PLATFORM = { arm64: 'linux/arm64', x86_64: 'linux/amd64' } as const

/** A private ECR repository and the service's image in it. About 0.10 USD a month for each GB. */
export class ServiceImage extends pulumi.ComponentResource {
  readonly repositoryArn: pulumi.Output<string>
  /** By digest: what runs is what was built. */
  readonly uri: pulumi.Output<string>

  constructor(name: string, args: ServiceImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:ServiceImage', name, {}, opts)
    const { prefix, service, version, context, architecture, exec, keyArn, protect } = args
    const repository = new aws.ecr.Repository(
      `${name}-repository`,
      {
        name: `${prefix}/${service}`,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: 'KMS', kmsKey: keyArn }],
        forceDelete: !protect,
      },
      { parent: this },
    )
    new aws.ecr.LifecyclePolicy(
      `${name}-lifecycle`,
      { repository: repository.name, policy: JSON.stringify(LIFECYCLE) },
      { parent: this },
    )
    const image = new Image(
      `${name}-build`,
      {
        repositoryUrl: repository.repositoryUrl,
        context,
        dockerfile: `${context}/apps/Dockerfile`,
        platform: DOCKER_PLATFORM[architecture],
        imageTag: version,
        target: exec ? 'with-shell' : 'image',
        // With a fixed time the same sources give the same image: a push that was not noted may be repeated.
        args: { SERVICE: service, REVISION: version, SOURCE_DATE_EPOCH: '0' },
      },
      { parent: this },
    )
    this.repositoryArn = repository.arn
    this.uri = image.imageUri
    this.registerOutputs({ uri: image.imageUri })
  }
}

const LIFECYCLE = {
  rules: [
    {
      rulePriority: 1,
      description: `Untagged images go after ${UNTAGGED_DAYS} days`,
      selection: {
        tagStatus: 'untagged',
        countType: 'sinceImagePushed',
        countUnit: 'days',
        countNumber: UNTAGGED_DAYS,
      },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      description: `The last ${KEPT_IMAGES} images stay, to go back to`,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: KEPT_IMAGES },
      action: { type: 'expire' },
    },
  ],
}
