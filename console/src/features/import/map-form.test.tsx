// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { LakeValues } from './lake-values'
import { MapForm } from './map-form'

afterEach(cleanup)

test('a map offers the allowed values for the values of the column, those equal in spirit chosen', () => {
  const onStep = vi.fn()
  render(
    <MantineProvider>
      <MapForm
        column="Zahlungsart"
        values={[
          ['Kreditkarte', 40],
          ['PayPal', 20],
        ]}
        allowed={['card', 'paypal']}
        inLake={undefined}
        step={undefined}
        onStep={onStep}
        onClose={() => undefined}
      />
    </MantineProvider>,
  )
  expect(screen.getByLabelText<HTMLSelectElement>('PayPal becomes').value).toBe('paypal')
  fireEvent.change(screen.getByLabelText('Kreditkarte becomes'), {
    target: { value: 'card' },
  })
  fireEvent.click(screen.getByRole('button', { name: 'Change the column' }))
  expect(onStep).toHaveBeenCalledWith(
    expect.objectContaining({
      kind: 'map',
      values: { Kreditkarte: 'card', PayPal: 'paypal' },
    }),
  )
})

test('a map offers the values of the lake, and marks those that the lake does not have', () => {
  const onStep = vi.fn()
  const form = (inLake: LakeValues | undefined) => (
    <MantineProvider>
      <MapForm
        column="Warengruppe"
        values={[
          ['garden', 12],
          ['Küche', 3],
          ['Deko', 2],
        ]}
        allowed={[]}
        inLake={inLake}
        step={undefined}
        onStep={onStep}
        onClose={() => undefined}
      />
    </MantineProvider>
  )
  // The values arrive while the form is open.
  const { rerender } = render(form(undefined))
  rerender(form({ values: ['Garden', 'kitchen'], distinct: 2, isComplete: true }))
  expect(screen.getByText('In the lake: Garden, kitchen.')).toBeTruthy()
  expect(screen.getByLabelText<HTMLInputElement>('garden becomes', { selector: 'input' }).value).toBe(
    'Garden',
  )
  expect(screen.getAllByText('new in the lake')).toHaveLength(2)
  fireEvent.change(screen.getByLabelText('Küche becomes', { selector: 'input' }), {
    target: { value: 'kitchen' },
  })
  expect(screen.getAllByText('new in the lake')).toHaveLength(1)
  fireEvent.click(screen.getByRole('button', { name: 'Change the column' }))
  expect(onStep).toHaveBeenCalledWith(
    expect.objectContaining({ values: { garden: 'Garden', Küche: 'kitchen' } }),
  )
})
