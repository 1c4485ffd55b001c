import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// `npm run dev` shows the page from here and asks a running `gleaner serve` for everything else.
const server = process.env['GLEANER_URL'] ?? 'http://127.0.0.1:8420';

export default defineConfig({
  plugins: [svelte()],
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  test: { setupFiles: ['src/state/fixture.ts'] },
  server: {
    proxy: Object.fromEntries(['/api', '/thumbs', '/images'].map((path) => [path, { target: server, changeOrigin: true }])),
  },
});
