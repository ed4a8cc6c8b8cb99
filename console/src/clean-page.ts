// Files of unit tests share one page (vitest.config.ts): clear it after each file.
import { afterAll, beforeAll, vi } from 'vitest'

/** A page may take some seconds on a busy machine; a test that fails waits so long for what never comes. */
const PATIENCE_MS = 10_000

beforeAll(async () => {
  if (typeof document === 'undefined') return
  const { configure } = await import('@testing-library/react')
  configure({ asyncUtilTimeout: PATIENCE_MS })
})

afterAll(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  if (typeof document === 'undefined') return
  const { cleanup } = await import('@testing-library/react')
  cleanup()
  document.body.replaceChildren()
  sessionStorage.clear()
  localStorage.clear()
})
