// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'

import { WorkbookWriting } from './workbook-writing'

const shown = (rows: number, total = 518_593) =>
  renderToString(
    <MantineProvider>
      <WorkbookWriting of={{ isPending: true, error: null, rows, total, stop: () => undefined }} />
    </MantineProvider>,
  )

test('a large Excel file says how many of its rows are written, and can be stopped', () => {
  expect(shown(140_000)).toContain('140,000 of 518,593 rows')
  expect(shown(140_000)).toContain('Stop')
  expect(shown(518_593)).toContain('all 518,593 rows; the file is being packed')
})

test('a small Excel file is saved before anybody reads how far it is', () => {
  expect(shown(0, 999)).not.toContain('999')
})
