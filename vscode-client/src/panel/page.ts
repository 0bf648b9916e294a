/** The HTML of the panel's page. One script and one style sheet load, and nothing else may. */

export interface PageParts {
  /** The origin from which the editor serves the extension's files. */
  readonly source: string;
  readonly script: string;
  readonly style: string;
  readonly nonce: string;
  readonly title: string;
}

export function page({ source, script, style, nonce, title }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source}`,
    `font-src ${source}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>${title}</title>
</head>
<body>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
