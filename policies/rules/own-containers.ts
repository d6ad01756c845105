import { containersOf, nameOf } from '../reading/containers.ts'
import { secretIn } from '../reading/plain-secrets.ts'
import { fail, rule, type Rule } from '../rule.ts'

const ECS_SECRETS =
  'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html'
const ECR_DIGESTS =
  'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html'

/** `shop:latest`, `shop` alone; not `shop@sha256:…`, not `registry:5000/shop:1`. */
function floatingTag(image: string): string | undefined {
  if (image.includes('@sha256:')) return undefined
  const [, tag] = /:([^/:]+)$/.exec(image) ?? []
  if (tag === undefined) return 'has no tag, which is "latest"'
  return tag === 'latest' ? 'has the tag "latest"' : undefined
}

export const ownContainers: readonly Rule[] = [
  rule('ecs.TaskDefinition', {
    control: 'Shop.PlainSecrets',
    title: 'No secret stands in a task definition',
    severity: 'critical',
    why: 'everybody who may describe the task can read it, and old revisions keep it',
    remediation: ECS_SECRETS,
    check: task => {
      for (const container of containersOf(task))
        for (const { name = '', value = '' } of container.environment ?? []) {
          const problem = secretIn(name, value)
          if (problem !== undefined)
            return fail(
              `${nameOf(container)}.environment[${name}]`,
              problem,
              `secrets: [{ name: '${name}', valueFrom: secret.arn }]`,
            )
        }
      return undefined
    },
  }),
  rule('ecs.TaskDefinition', {
    control: 'Shop.LatestImage',
    title: 'Images are named by a version',
    severity: 'high',
    why: 'what runs changes by itself, differs between tasks and can not be gone back to',
    remediation: ECR_DIGESTS,
    check: task => {
      for (const container of containersOf(task)) {
        const problem = floatingTag(container.image ?? '')
        if (problem !== undefined)
          return fail(
            `${nameOf(container)}.image`,
            problem,
            'image: a tag of its own for each version, or @sha256:…',
          )
      }
      return undefined
    },
  }),
]
