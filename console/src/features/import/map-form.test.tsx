// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

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
