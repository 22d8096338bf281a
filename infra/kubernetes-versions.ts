/** Minor versions that both clouds support and the platform is proved on (`test/proof/schemas.test.ts`). */
export const KUBERNETES_VERSIONS: readonly string[] = ['1.34', '1.35', '1.36'];
