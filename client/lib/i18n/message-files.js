// Reads client/messages/{locale}.json. A plugin of our own, because the usual one is fetched from a
// CDN at each build, and a build here must work without a network.
// A message is a text with {names}, or { one, other } which goes by the plural of its {count}.

/** Text with {names} → the compiler's pattern. */
function pattern(text) {
  return text
    .split(/(\{\w+\})/)
    .filter((part) => part !== "")
    .map((part) => (part.startsWith("{") ? { type: "expression", arg: { type: "variable-reference", name: part.slice(1, -1) } } : { type: "text", value: part }));
}

const PLURAL = {
  type: "local-variable",
  name: "plural",
  value: {
    type: "expression",
    arg: { type: "variable-reference", name: "count" },
    annotation: { type: "function-reference", name: "plural", options: [] },
  },
};

const CATCH_ALL = { type: "catchall-match", key: "plural" };

/** The names that the message's caller must give. */
function inputs(message) {
  const text = typeof message === "string" ? message : `{count}${Object.values(message).join("")}`;
  return new Set(text.match(/\{\w+\}/g)?.map((name) => name.slice(1, -1)));
}

function variants(bundleId, locale, message) {
  const at = { messageBundleId: bundleId, messageLocale: locale };
  if (typeof message === "string") return [{ ...at, matches: [], pattern: pattern(message) }];
  return Object.entries(message).map(([key, text]) => ({
    ...at,
    matches: [key === "other" ? CATCH_ALL : { type: "literal-match", key: "plural", value: key }],
    pattern: pattern(text),
  }));
}

// The loader takes a plugin by its default export.
// oxlint-disable-next-line import/no-default-export
export default {
  key: "nightledger.message-files",
  toBeImportedFiles: ({ settings }) => settings.locales.map((locale) => ({ locale, path: `./messages/${locale}.json` })),
  importFiles: ({ files }) => {
    const names = {};
    const plurals = new Set();
    const messages = [];
    const texts = [];
    for (const { locale, content } of files) {
      for (const [bundleId, message] of Object.entries(JSON.parse(new TextDecoder().decode(content)))) {
        const plural = typeof message !== "string";
        if (plural) plurals.add(bundleId);
        names[bundleId] = new Set([...(names[bundleId] ?? []), ...inputs(message)]);
        messages.push({ bundleId, locale, selectors: plural ? [{ type: "variable-reference", name: "plural" }] : [] });
        texts.push(...variants(bundleId, locale, message));
      }
    }
    const bundles = Object.entries(names).map(([id, set]) => {
      const declarations = [...set].map((name) => ({ type: "input-variable", name }));
      return { id, declarations: plurals.has(id) ? [...declarations, PLURAL] : declarations };
    });
    return { bundles, messages, variants: texts };
  },
};
