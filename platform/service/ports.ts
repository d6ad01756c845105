/** Every service listens here, in its container. */
export const SERVICE_PORT = 8080
