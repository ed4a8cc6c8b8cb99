// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { UnreadableColumns } from './unreadable-columns'

afterEach(cleanup)

const shown = (unreadable: Record<string, string>) => {
  const grid = { unreadable } as unknown as Schemas['GridFacts']
  render(
    <MantineProvider>
      <UnreadableColumns grid={grid} />
    </MantineProvider>,
  )
  return screen.queryByRole('note')?.textContent ?? ''
}

test('a column without texts is named by its name, and the others can be used', () => {
  expect(shown({ photo: 'binary' })).toBe(
    'Cannot be shown as text: photo. Leave it out; all other columns can be used.',
  )
  cleanup()
  expect(shown({})).toBe('')
})
