// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { PartsInLake } from './parts-in-lake'

afterEach(cleanup)

const shown = (read: string[]) => {
  const parts = ['Jan', 'Feb'].map((name) => ({ name, file_id: name, since: null }))
  render(
    <MantineProvider>
      <PartsInLake of={{ parts_in_lake: parts, part_rows: {}, parts_read: read }} />
    </MantineProvider>,
  )
  return screen.queryByRole('note')?.textContent
}

test('beside an open part the other parts are named that are in the lake', () => {
  expect(shown(['Feb'])).toBe('In the lake already: Jan.')
  cleanup()
  expect(shown(['Jan', 'Feb'])).toBeUndefined()
})
