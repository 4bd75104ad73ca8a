// An OpenID provider and a SAML identity provider on one port, as a company would run them.
// Usage: node server.mjs <port> <redirect URI> <key file> <certificate file>
// POST /control replaces what a test wants to be different: who comes back, and how.
import { readFileSync } from "node:fs";
import express from "express";
import Provider from "oidc-provider";
import samlp from "samlp";
import SessionParticipants from "samlp/lib/sessionParticipants/index.js";

const [port, redirectUri, keyFile, certificateFile] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const key = readFileSync(keyFile, "utf8");
const cert = readFileSync(certificateFile, "utf8");
const back = redirectUri.replace(/\/oauth\/.*/, "/login");
let wanted = {};

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "librechat",
      client_secret: "not-a-secret-of-anybody",
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [back],
    },
  ],
  claims: {
    openid: ["sub"],
    profile: ["name", "preferred_username", "picture", "roles", "groups", "realm"],
    email: ["email", "email_verified"],
  },
  conformIdTokenClaims: false,
  cookies: { keys: ["only-for-tests"] },
  features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
  findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...wanted.claims }) }),
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: (_context, client) => client.grantTypeAllowed("refresh_token"),
  pkce: { required: () => true },
  rotateRefreshToken: () => true,
  ttl: { AccessToken: 600, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
});

const app = express();

app.post("/control", express.json(), (request, response) => {
  wanted = request.body;
  response.json({});
});

app.get("/interaction/:uid", async (request, response, next) => {
  try {
    const { prompt, params, grantId, session } = await provider.interactionDetails(
      request,
      response,
    );
    if (wanted.refuses) {
      const result = { error: "access_denied", error_description: "The person said no." };
      await provider.interactionFinished(request, response, result);
      return;
    }
    const accountId = session?.accountId ?? wanted.sub;
    if (prompt.name === "login") {
      await provider.interactionFinished(request, response, { login: { accountId: wanted.sub } });
      return;
    }
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    const result = { consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  } catch (error) {
    next(error);
  }
});

app.get("/saml", (request, response, next) => {
  const own = wanted.saml ?? {};
  const options = {
    issuer: own.issuer ?? "urn:test:idp",
    cert: own.certificate ?? cert,
    key: own.key ?? key,
    audience: own.audience,
    destination: own.destination ?? redirectUri.replace("openid", "saml"),
    recipient: own.recipient ?? redirectUri.replace("openid", "saml"),
    lifetimeInSeconds: own.lifetime ?? 300,
    signResponse: own.signResponse ?? false,
    signAssertion: own.signAssertion ?? true,
    sessionIndex: own.sessionIndex ?? "index-1",
    nameIdentifierFormat: own.format ?? "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    getPostURL: (_audience, _document, _request, callback) =>
      callback(null, redirectUri.replace("openid", "saml")),
    getUserFromRequest: () => own.user ?? { id: "nobody" },
    profileMapper: (user) => ({
      getClaims: () => user.attributes,
      getNameIdentifier: () => ({ nameIdentifier: user.id }),
    }),
  };
  samlp.auth(options)(request, response, next);
});

// Asked without a message it starts signing out by itself, as from a page of the company.
const waiting = new Map();
const store = {
  save: (_request, state, done) => {
    const handle = `_${waiting.size + 1}`;
    waiting.set(handle, state);
    done(null, handle);
  },
  load: (_request, handle, _options, done) => done(null, waiting.get(handle)),
  update: (_request, handle, state, done) => done(null, waiting.set(handle, state)),
  destroy: (_request, handle, done) => done(null, waiting.delete(handle)),
};

app.get("/saml/logout", (request, response, next) => {
  const own = wanted.saml ?? {};
  request.body = {};
  samlp.logout({
    issuer: own.issuer ?? "urn:test:idp",
    cert: own.certificate ?? cert,
    key: own.key ?? key,
    deflate: true,
    digestAlgorithm: "sha256",
    protocolBinding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
    sessionParticipants: new SessionParticipants(own.participants ?? []),
    signatureAlgorithm: own.signatureAlgorithm ?? "rsa-sha256",
    store,
  })(request, response, next);
});

app.use(provider.callback());
app.listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
