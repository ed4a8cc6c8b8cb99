// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { RowActions } from './row-actions'

afterEach(cleanup)

const row = (kind: string): Schemas['GridRow'] =>
  ({ row: 32, kind, cells: ['Übertrag'], flaws: [] }) as unknown as Schemas['GridRow']

const show = (kind: string, mayEdit = true) => {
  const onLeaveOut = vi.fn<(row: number, isLeftOut: boolean) => void>()
  render(
    <MantineProvider env="test">
      <RowActions
        row={row(kind)}
        column={{ name: 'Beleg', at: 0 }}
        mayEdit={mayEdit}
        hasFlaws={false}
        onLeaveOut={onLeaveOut}
        onMove={vi.fn()}
      />
    </MantineProvider>,
  )
  return onLeaveOut
}

test('a row that fits is left out, too, since the carry-over of a page is no row', async () => {
  const onLeaveOut = show('')
  expect(screen.getByRole('toolbar').textContent).toContain('Row 32 fits.')
  await userEvent.click(screen.getByRole('button', { name: 'Leave this row out' }))
  expect(onLeaveOut).toHaveBeenCalledWith(32, true)
})

test('a row that is left out is taken in again', async () => {
  const onLeaveOut = show('left_out')
  await userEvent.click(screen.getByRole('button', { name: 'Take it back in' }))
  expect(onLeaveOut).toHaveBeenCalledWith(32, false)
})

test('who may not edit the values leaves no fitting row out', () => {
  show('', false)
  expect(screen.queryByRole('button')).toBeNull()
})
