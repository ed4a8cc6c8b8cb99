import { fileURLToPath } from 'node:url'

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: './',
  plugins: [react()],
  resolve: {
    alias: [
      {
        find: /^fflate$/,
        replacement: fileURLToPath(new URL('src/formats/zip-at-once.ts', import.meta.url)),
      },
    ],
  },
  build: {
    target: 'es2022',
    // The first browsers with light-dark(). For older ones it would be rewritten into variables that Mantine's scheme never sets.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    sourcemap: false,
    chunkSizeWarningLimit: 900,
  },
})
