// oidc-provider as the dashboard's identity provider in a test: one client, people who exist when they sign in, no consent page.
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import * as oidc from "oidc-provider";

const { ISSUER, PUBLIC, ALGORITHM, KEY, SECRET, CLIENT_KEY } = process.env;
const jwk = { ...createPrivateKey(readFileSync(KEY)).export({ format: "jwk" }), kid: "ro-local-1", use: "sig", alg: ALGORITHM };
const proof = CLIENT_KEY
  ? { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [createPublicKey(readFileSync(CLIENT_KEY)).export({ format: "jwk" })] } }
  : { client_secret: SECRET };
const resource = "urn:ro";
const scope = "openid offline_access";

const provider = new oidc.Provider(ISSUER, {
  clients: [{
    client_id: "ro-dashboard",
    ...proof,
    redirect_uris: [`${PUBLIC}/signed-in`],
    post_logout_redirect_uris: [`${PUBLIC}/signed-out`],
    grant_types: ["authorization_code", "refresh_token"],
    id_token_signed_response_alg: ALGORITHM,
    require_auth_time: true,
  }],
  jwks: { keys: [jwk] },
  cookies: { keys: ["only for a test"] },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  extraTokenClaims: (ctx) => {
    const from = ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken;
    return { auth_time: from?.authTime };
  },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope(scope);
    grant.addResourceScope(resource, scope);
    await grant.save();
    return grant;
  },
  features: {
    devInteractions: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ audience: "ro", scope, accessTokenTTL: 600, accessTokenFormat: "jwt", jwt: { sign: { alg: ALGORITHM } } }),
    },
  },
});

provider.on("server_error", (ctx, error) => console.error(error));
const server = provider.listen(Number(new URL(ISSUER).port), "127.0.0.1", () => console.log("listening"));
process.stdin.on("end", () => server.close(() => process.exit(0))).resume();
