import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: { vscode: fileURLToPath(new URL("./tests/unit/vscode.ts", import.meta.url)) },
  },
  test: { include: ["tests/unit/**/*.test.ts", "webview/**/*.test.ts"] },
});
