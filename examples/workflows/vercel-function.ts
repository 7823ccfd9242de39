import { getVercelOidcToken } from "@vercel/oidc";

export async function accessToken(): Promise<string> {
  const response = await fetch({{tokenUrl|json}}, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      audience: {{exchangeAudience|json}},
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      subject_token: await getVercelOidcToken(),
      requested_token_type: "urn:pulumi:token-type:access_token:organization",
    }),
  });
  if (!response.ok) {
    throw new Error(`token exchange failed: ${response.status}`);
  }
  return (await response.json()).access_token;
}
