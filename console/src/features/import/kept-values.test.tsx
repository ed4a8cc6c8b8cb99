// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { type Edits, NO_EDITS } from './edits'
import { fieldsToKeep, KeptValues } from './kept-values'

afterEach(cleanup)

const field = (name: string, required: boolean, mayBeKept: boolean) => ({
  name,
  title: name,
  type: 'string',
  required,
  may_be_empty: !required,
  may_be_kept: mayBeKept,
})
const RESULT = {
  mapping: {
    dataset: 'articles',
    columns: [],
    fields: [field('id', true, false), field('price', false, true), field('stock', true, true)],
  },
  grid: { columns: ['Nr', 'Preis'] },
  replaces: null,
} as unknown as Schemas['DryRun']
const DECIDED = { ...NO_EDITS, dataset: 'articles', columns: { Nr: 'id', Preis: 'price' } }
const IN_LAKE = { columns: [] }

test('a field that the file lacks and needs can keep the values of the lake once the key is chosen', () => {
  expect(fieldsToKeep(RESULT, DECIDED, IN_LAKE)).toEqual(['stock'])
  expect(fieldsToKeep(RESULT, DECIDED, undefined)).toEqual([])
  expect(fieldsToKeep(RESULT, { ...DECIDED, columns: { Preis: 'price' } }, IN_LAKE)).toEqual([])
})

test('an optional field is offered where rows of the lake would lose its values', () => {
  const fields = [field('id', true, false), field('price', false, true)]
  const optional = { ...RESULT, mapping: { ...RESULT.mapping, fields } } as Schemas['DryRun']
  const edits = { ...DECIDED, columns: { Nr: 'id' } }
  expect(fieldsToKeep(optional, edits, IN_LAKE)).toEqual([])
  const replaces = { replaced: 2, emptied: { price: 2 } } as unknown as Schemas['ReplacedRows']
  expect(fieldsToKeep({ ...optional, replaces }, edits, IN_LAKE)).toEqual(['price'])
})

test('one click keeps the values of the lake, and another one takes it back', () => {
  let next: Edits = DECIDED
  const show = () =>
    render(
      <MantineProvider>
        <KeptValues result={RESULT} edits={next} inLake={IN_LAKE} onChange={(edits) => (next = edits)} />
      </MantineProvider>,
    )
  show()
  fireEvent.click(screen.getByRole('button', { name: 'Keep the lake’s values in stock' }))
  expect(next.columns).toEqual({ Nr: 'id', Preis: 'price', stock: 'stock' })
  expect(next.steps.map(({ kind, column }) => [kind, column])).toEqual([['lake', 'stock']])
  cleanup()
  show()
  expect(screen.getByText(/stock keeps the values of the lake’s rows/)).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Undo: keep the values of the lake' }))
  expect([next.columns, next.steps]).toEqual([DECIDED.columns, []])
})
