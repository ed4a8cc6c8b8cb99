// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { ComponentProps } from 'react'
import { afterEach, expect, test, vi } from 'vitest'

import type { LakeValues } from './lake-values'
import { MapForm } from './map-form'
import { permittedValues } from './permitted-values'

afterEach(cleanup)

/** The form of a column of texts, whose field may have any value and has none in the lake. */
const formOf = (values: [string, number][], others: Partial<ComponentProps<typeof MapForm>> = {}) => (
  <MantineProvider>
    <MapForm
      column="Warengruppe"
      values={values}
      allowed={[]}
      inLake={undefined}
      isText
      step={undefined}
      onStep={vi.fn()}
      onClose={() => undefined}
      {...others}
    />
  </MantineProvider>
)

test('a map offers the allowed values for the values of the column, those equal in spirit chosen', () => {
  const onStep = vi.fn()
  const values: [string, number][] = [
    ['Kreditkarte', 40],
    ['PayPal', 20],
  ]
  const allowed = ['card', 'paypal'].map((value) => ({ value, label: value }))
  render(formOf(values, { allowed, onStep }))
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

test('values that the gate refuses are listed first, and any text can stand instead of each', () => {
  const onStep = vi.fn()
  const values: [string, number][] = [
    ['12.5', 40],
    ['gratis', 2],
    ['n/a', 1],
  ]
  render(formOf(values, { refused: ['gratis', 'n/a'], isText: false, onStep }))
  expect(screen.getAllByRole('row').map((row) => row.querySelector('td')?.textContent)).toEqual([
    undefined,
    'gratis refused',
    'n/a refused',
    '12.5',
  ])
  fireEvent.change(screen.getByLabelText('gratis becomes', { selector: 'input' }), { target: { value: '0' } })
  fireEvent.change(screen.getByLabelText('n/a becomes', { selector: 'input' }), { target: { value: '9.9' } })
  fireEvent.click(screen.getByRole('button', { name: 'Change the column' }))
  expect(onStep).toHaveBeenCalledWith(expect.objectContaining({ values: { gratis: '0', 'n/a': '9.9' } }))
})

test('a map offers the values of the lake, and marks those that the lake does not have', () => {
  const onStep = vi.fn()
  const values: [string, number][] = [
    ['garden', 12],
    ['Küche', 3],
    ['Deko', 2],
  ]
  const form = (inLake: LakeValues | undefined) => formOf(values, { inLake, onStep })
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

const VALUES: [string, number][] = [
  ['ja', 90],
  ['auf Lager', 20],
  ['nein', 10],
  ['vergriffen', 2],
]

test('yes and no are chosen, and the values that the gate refuses come first', () => {
  const onStep = vi.fn()
  const field = { type: 'boolean', allowed: [], declared_format: {} } as never
  const allowed = permittedValues(field, { trueWords: ['ja'], falseWords: ['nein'] })
  render(formOf(VALUES, { allowed, onStep }))
  const rows = screen.getAllByRole('row').map((row) => row.textContent)
  expect(rows.map((text) => /refused/.test(text))).toEqual([false, true, true, false, false])
  const box = screen.getByLabelText<HTMLSelectElement>('auf Lager becomes')
  expect([...box.options].map(({ text }) => text)).toEqual(['choose …', 'yes (ja)', 'no (nein)'])
  fireEvent.change(box, { target: { value: 'ja' } })
  fireEvent.change(screen.getByLabelText('vergriffen becomes'), { target: { value: 'nein' } })
  expect(screen.queryByText(/refused/)).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'Change the column' }))
  expect(onStep).toHaveBeenCalledWith(
    expect.objectContaining({ values: { 'auf Lager': 'ja', vergriffen: 'nein' } }),
  )
})

test('of spellings that differ in case alone, the usual one is proposed for the others, which come first', () => {
  const values: [string, number][] = [
    ['Helme', 12],
    ['helme', 3],
    ['Schuhe', 2],
  ]
  const form = (isText: boolean) => formOf(values, { isText })
  const { rerender } = render(form(true))
  const becomes = (value: string) =>
    screen.getByLabelText<HTMLInputElement>(`${value} becomes`, { selector: 'input' }).value
  expect(['helme', 'Helme', 'Schuhe'].map(becomes)).toEqual(['Helme', '', ''])
  expect(screen.getAllByRole('row').map((row) => row.textContent)).toEqual([
    'ValueRowsBecomes',
    expect.stringMatching(/^helme/),
    expect.stringMatching(/^Helme/),
    expect.stringMatching(/^Schuhe/),
  ])
  rerender(form(false))
  expect(becomes('helme')).toBe('')
})

test('words that the contract declares are accepted, and the plain ones are not', () => {
  const declared_format = { trueWords: ['ja', 'j'], falseWords: ['nein', 'n'] }
  const field = { type: 'boolean', allowed: [], declared_format } as never
  const also = (format?: { trim: boolean }) => permittedValues(field, format).map((choice) => choice.also)
  expect(also()).toEqual([
    ['ja', 'j'],
    ['nein', 'n'],
  ])
  expect(also({ trim: true })[0]).toContain('true')
})

test('refused values are listed with their rows, and can become empty', () => {
  const onStep = vi.fn()
  const values: [string, number][] = [
    ['auf Anfrage', 2],
    ['a.A.', 1],
  ]
  render(formOf(values, { isText: false, areRefused: true, mayBeEmpty: true, onStep }))
  screen.getByText(/^These are the values that the gate refuses/)
  fireEvent.click(screen.getByLabelText('auf Anfrage becomes empty'))
  fireEvent.change(screen.getByLabelText('a.A. becomes', { selector: 'input' }), {
    target: { value: '5,00' },
  })
  fireEvent.click(screen.getByRole('button', { name: 'Change the column' }))
  expect(onStep).toHaveBeenCalledWith(
    expect.objectContaining({ values: { 'auf Anfrage': '', 'a.A.': '5,00' } }),
  )
})

test('words for yes and no of another language are chosen in a map, and a mark beside them is asked for', () => {
  const values = ['oui', 'non', 'O', 'N', 'x'].map((value): [string, number] => [value, 3])
  const allowed = permittedValues({ name: 'bio', type: 'boolean' } as never, undefined)
  render(formOf(values, { allowed, isText: false, areRefused: true }))
  const chosen = (word: string) => screen.getByLabelText<HTMLSelectElement>(`${word} becomes`).value
  expect(['oui', 'O', 'non', 'N', 'x'].map(chosen)).toEqual(['true', 'true', 'false', 'false', ''])
})
