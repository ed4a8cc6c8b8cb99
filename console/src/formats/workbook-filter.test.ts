import { expect, test } from 'vitest'

import { filterOf } from './workbook-filter'

const SHEET = '<worksheet><sheetData/></worksheet>'

function filtered(sheetIndex: number, columns = 2, rows = 3): string {
  const { transform } = Object.values(filterOf(columns, rows).files?.transform ?? {})[0] as unknown as {
    transform: (xml: string, parameter: unknown, of: { sheetIndex: number }) => string
  }
  return transform(SHEET, undefined, { sheetIndex })
}

test('the first sheet alone has a filter on its headings, and none without rows', () => {
  expect(filtered(0)).toContain('<autoFilter ref="A1:B4"/>')
  expect(filtered(1)).toBe(SHEET)
  expect(filtered(0, 2, 0)).toBe(SHEET)
  expect(filtered(0, 0)).toBe(SHEET)
})
