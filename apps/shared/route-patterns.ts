/** Whether a load balancer's path pattern (`*` matches any characters) takes this path. */
export function routeMatches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern
}

/** Methods that a path, or all that a pattern takes, may be asked with and without a token; `ANY` for every one. */
export const openMethods = (openRoutes: readonly string[], path: string): readonly string[] => [
  ...new Set(
    openRoutes.flatMap(route => {
      const [method = '', pattern = ''] = route.split(' ')
      if (pattern !== path && !routeMatches(pattern, path)) return []
      return method === 'GET' ? ['GET', 'HEAD'] : [method]
    }),
  ),
]
