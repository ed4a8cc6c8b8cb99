// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeAll, expect, test } from 'vitest'

import { DayInput } from './day-input'

beforeAll(() => {
  window.matchMedia = (query: string) =>
    ({
      matches: false,
      media: query,
      addListener() {},
      removeListener() {},
      addEventListener() {},
      removeEventListener() {},
    }) as unknown as MediaQueryList
})

afterEach(cleanup)

function Field() {
  const [value, setValue] = useState('2010-09-16')
  return (
    <MantineProvider>
      <DayInput label="From" value={value} onChange={setValue} />
      <output>{value}</output>
    </MantineProvider>
  )
}

test('a day is written as on all pages, and typed in this form or as ISO 8601', () => {
  render(<Field />)
  const field = screen.getByLabelText<HTMLInputElement>('From')
  expect(field.value).toBe('16 Sep 2010')
  fireEvent.change(field, { target: { value: '2010-12-06' } })
  expect(screen.getByRole('status').textContent).toBe('2010-12-06')
  fireEvent.blur(field)
  expect(field.value).toBe('6 Dec 2010')
  fireEvent.change(field, { target: { value: '7 Dec 2010' } })
  expect(screen.getByRole('status').textContent).toBe('2010-12-07')
})

test('a text that is no day changes nothing and says why, or which form is read', () => {
  render(<Field />)
  const field = screen.getByLabelText('From')
  fireEvent.change(field, { target: { value: '31 Feb 2010' } })
  fireEvent.blur(field)
  expect(screen.getByRole('status').textContent).toBe('2010-09-16')
  expect(screen.getByText('February 2010 has 28 days')).toBeTruthy()
  fireEvent.change(field, { target: { value: '31/06/2010' } })
  expect(screen.getByText('June has 30 days')).toBeTruthy()
  fireEvent.change(field, { target: { value: '06/07/2010' } })
  expect(screen.getByText('Write it as 6 Dec 2010, 06.12.2010 or 2010-12-06')).toBeTruthy()
  fireEvent.change(field, { target: { value: '30/06/2010' } })
  expect(screen.getByRole('status').textContent).toBe('2010-06-30')
})
