import { expect, test } from 'vitest'

import { draftColumns, edited, fieldsOf, nameProblem, plainName, typeWords } from './draft-columns'

const DOCUMENT = {
  id: 'headgate.source.lieferung',
  name: 'lieferung',
  schema: [
    {
      name: 'lieferung',
      properties: [
        { name: 'sku', logicalType: 'string', physicalType: 'VARCHAR(20)', primaryKey: true },
        { name: 'preis', logicalType: 'number', physicalType: 'DECIMAL(9,2)', customProperties: [1] },
      ],
    },
  ],
}

test('a draft that nobody edits keeps what the file showed of its columns', () => {
  const [table] = edited(DOCUMENT, 'preise', draftColumns(DOCUMENT)).schema as typeof DOCUMENT.schema
  expect(table?.name).toBe('preise')
  expect(table?.properties[1]).toEqual(DOCUMENT.schema[0]?.properties[1])
  expect(table?.properties[0]).toMatchObject({ primaryKey: true, primaryKeyPosition: 1, required: true })
})

test('another type drops what was found for the old one', () => {
  const columns = draftColumns(DOCUMENT).map((one) => ({ ...one, type: 'DATE', key: false }))
  const [table] = edited(DOCUMENT, 'preise', columns).schema as typeof DOCUMENT.schema
  expect(table?.properties[1]).toEqual({ name: 'preis', physicalType: 'DATE', logicalType: 'date' })
})

test('types and names are those of people and of tables', () => {
  expect(typeWords('DECIMAL(18,4)')).toBe('amount')
  expect(typeWords('VARCHAR(20)')).toBe('text')
  expect(plainName('Müller – Preise 2026')).toBe('muller_preise_2026')
})

test('a column with another name in the table keeps the name in the file as an alias', () => {
  const columns = draftColumns(DOCUMENT).map((one) =>
    one.name === 'sku' ? { ...one, name: 'article' } : one,
  )
  const [table] = edited(DOCUMENT, 'preise', columns).schema as (typeof DOCUMENT.schema)[number][]
  expect(table?.properties[0]?.name).toBe('article')
  expect(table).toMatchObject({
    dataGranularityDescription: 'One row per article',
    customProperties: [{ property: 'headgate.aliases', value: { article: ['sku'] } }],
  })
  expect(fieldsOf(columns, ['SKU', 'Preis'])).toEqual({ SKU: 'article', Preis: 'preis' })
  expect(fieldsOf(draftColumns(DOCUMENT), ['SKU', 'Preis'])).toEqual({})
})

test('two columns of one name cannot be created', () => {
  const columns = draftColumns(DOCUMENT)
  expect(nameProblem(columns)).toBe('')
  expect(nameProblem(columns.map((one) => ({ ...one, name: 'preis' })))).toBe('Two columns are called preis.')
})
