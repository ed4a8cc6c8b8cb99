import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { defineConfig, mergeConfig } from 'vitest/config'

import bundle from './vite.config'

const ROOT = fileURLToPath(new URL('.', import.meta.url))

const files = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf-8' })
  .filter((path) => /\.test\.tsx?$/.test(path))
  .map((path) => `src/${path.replaceAll('\\', '/')}`)

const having = (text: string) => files.filter((path) => readFileSync(ROOT + path, 'utf-8').includes(text))

// A module that a file replaces would stay replaced for the next file.
const replacing = having('vi.mock(')
const withPage = having('@vitest-environment happy-dom').filter((path) => !replacing.includes(path))
const others = files.filter((path) => !replacing.includes(path) && !withPage.includes(path))

// Files of a group share their modules, because loading takes longer than the tests. Vitest loads all modules again after a file of
// another environment, so the groups run one after the other.
const group = (name: string, include: string[], groupOrder: number, isolate: boolean) => ({
  extends: true as const,
  test: {
    name,
    include,
    isolate,
    testTimeout: 30_000,
    sequence: { groupOrder },
    setupFiles: isolate ? [] : ['src/clean-page.ts'],
  },
})

export default mergeConfig(
  bundle,
  defineConfig({
    test: {
      projects: [
        group('with a page', withPage, 0, false),
        group('without a page', others, 1, false),
        group('replacing modules', replacing, 2, true),
      ],
    },
  }),
)
