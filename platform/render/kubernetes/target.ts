import { stringify } from 'yaml'
import { buildVersions } from '../../service/build-version.ts'
import type { RenderContext, Target } from '../target.ts'
import { neededSecrets, secretCommands } from './needed-secrets.ts'
import { kubernetesObjects } from './objects.ts'
import { type KubernetesOptions, optionsOf, USAGE } from './options.ts'

/** `npm run render -- kubernetes`: what `kubectl apply -f -` takes. */
export const kubernetes: Target = {
  usage: USAGE,
  render: (args, { system, root, print }) => {
    const options = optionsOf(args)
    const { tag } = options
    // One image for all processors, so no processor is part of its tag.
    const versionOf = tag === undefined ? buildVersions(root, 'every') : () => tag
    print(
      [
        ...preface(system, options).map(line => `# ${line}`.trimEnd()),
        ...kubernetesObjects(system, options, versionOf).map(object =>
          `---\n${stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 })}`.trimEnd(),
        ),
      ].join('\n'),
    )
    return Promise.resolve()
  },
}

/** What the objects do not say by themselves. */
const preface = (system: RenderContext['system'], options: KubernetesOptions): string[] => [
  'For Kubernetes 1.30 and newer with the Gateway API, a network plugin that enforces policies and the metrics server.',
  options.payments === 'sandbox'
    ? 'NO MONEY IS MOVED: --payments sandbox. Mail, text and push messages are not sent.'
    : 'Mail, text and push messages are not sent.',
  '',
  'What must not stand here is made once, before the rest:',
  '',
  `  kubectl create namespace ${options.namespace}`,
  "  DATABASE='HOST:5432/shop?sslmode=verify-full'   # PostgreSQL; ADMIN_PASSWORD, CACHE_URL (rediss://...) too",
  ...secretCommands(neededSecrets(system, options), options.namespace).map(line => `  ${line}`),
]
