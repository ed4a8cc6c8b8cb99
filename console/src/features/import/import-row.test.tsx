// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { Row } from './import-row'

afterEach(cleanup)

const COLUMN = {
  name: 'day',
  width: 150,
  hasReasons: true,
  header: null,
  isNumeric: false,
  isLeftOut: false,
  isPinned: false,
}

function noteOf(flaw: { column: string; rule: string; reason: string }): Element | null {
  const row = { row: 1, kind: 'refused', cells: ['x'], flaws: [flaw] } as unknown as Schemas['GridRow']
  const nothing = () => undefined
  const { container } = render(
    <Row
      columns={[COLUMN]}
      row={row}
      typed={undefined}
      index={0}
      top={0}
      active={-1}
      typing={undefined}
      mayEdit={false}
      hasReasons
      onChoose={nothing}
      onEdit={nothing}
      onTyped={nothing}
      onKeep={nothing}
    />,
  )
  return container.querySelector('.import-row-note')
}

test('the fixed place of reasons lies over no bad cell of a row whose reasons stand in its cells', () => {
  const ofCell = noteOf({ column: 'day', rule: 'type', reason: 'Day is not a date. Write it as 2026-12-31.' })
  expect(ofCell?.classList.contains('of-cells')).toBe(true)
  const ofRow = noteOf({ column: '', rule: 'ragged_row', reason: 'The row has 3 cells, the header has 8.' })
  expect(ofRow?.classList.contains('of-cells')).toBe(false)
})
