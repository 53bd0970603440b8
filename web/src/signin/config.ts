/** How this deployment signs people in: served beside the page, so that one build fits every deployment. */

export interface SignInConfig {
  issuer: string;
  client_id: string;
  scope: string;
  audience: string;
  user_id_claim: string;
}

export async function readConfig(): Promise<SignInConfig> {
  const response = await fetch(`${import.meta.env.BASE_URL}config.json`, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`config.json: ${response.status}`);
  return (await response.json()) as SignInConfig;
}
