/** What the evidence of an initial sync says of each area of the tenant. */

export const AREAS = [
  "deviceConfigurations",
  "configurationPolicies",
  "deviceCompliancePolicies",
  "managedDevices",
  "deviceManagementScripts",
  "mobileApps",
] as const;

export interface AreaFound {
  area: string;
  items: number;
  newest_change: string | null;
  reason_code: string | null;
  permissions: string[];
}

/** Reads the areas out of a payload; what is no inventory has none. */
export function areasOf(payload: Record<string, unknown>): AreaFound[] {
  const areas = payload["areas"];
  if (!Array.isArray(areas)) return [];
  return areas.flatMap((each: unknown) => {
    const found = each as Partial<AreaFound> | null;
    if (typeof found?.area !== "string") return [];
    return [
      {
        area: found.area,
        items: found.items ?? 0,
        newest_change: found.newest_change ?? null,
        reason_code: found.reason_code ?? null,
        permissions: found.permissions ?? [],
      },
    ];
  });
}
