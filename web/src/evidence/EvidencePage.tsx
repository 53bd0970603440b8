export default function Soon(_: { tenantId: number; name: string }) {
  return null;
}
