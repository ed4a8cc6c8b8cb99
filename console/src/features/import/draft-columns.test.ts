import { expect, test } from 'vitest'

import {
  type DraftColumn,
  draftColumns,
  edited,
  everyField,
  fieldsOf,
  hasOtherLetters,
  hasLocalTimes,
  nameProblem,
  plainName,
  typeWords,
  withWordsApart,
} from './draft-columns'

const about = (name: string) => ({ name, description: '', timeZone: 'UTC' })

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
  const [table] = edited(DOCUMENT, about('preise'), draftColumns(DOCUMENT)).schema as typeof DOCUMENT.schema
  expect(table?.name).toBe('preise')
  expect(table?.properties[1]).toEqual(DOCUMENT.schema[0]?.properties[1])
  expect(table?.properties[0]).toMatchObject({ primaryKey: true, primaryKeyPosition: 1, required: true })
})

test('the values that a column may have are listed, and a person changes or takes off the list', () => {
  const quality = [{ metric: 'invalidValues', arguments: { validValues: ['a', 'b'] }, severity: 'warning' }]
  const properties = [{ name: 'kind', physicalType: 'VARCHAR(8)', logicalType: 'string', quality }]
  const document = { ...DOCUMENT, schema: [{ name: 'lieferung', properties }] }
  const [column] = draftColumns(document)
  expect(column?.allowed).toEqual(['a', 'b'])
  const qualityOf = (changes: Partial<DraftColumn>): unknown => {
    const schema = edited(document, about('x'), [{ ...(column as DraftColumn), ...changes }]).schema
    return (schema as { properties: { quality?: unknown }[] }[])[0]?.properties[0]?.quality
  }
  expect(qualityOf({})).toEqual(quality)
  expect(qualityOf({ allowed: ['a', 'c'] })).toEqual([
    { ...quality[0], arguments: { validValues: ['a', 'c'] } },
  ])
  expect([qualityOf({ allowed: [] }), qualityOf({ key: true }), qualityOf({ type: 'DATE' })]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('another type drops what was found for the old one', () => {
  const columns = draftColumns(DOCUMENT).map((one) => ({ ...one, type: 'DATE', key: false }))
  const [table] = edited(DOCUMENT, about('preise'), columns).schema as typeof DOCUMENT.schema
  expect(table?.properties[1]).toEqual({ name: 'preis', physicalType: 'DATE', logicalType: 'date' })
})

test('a time with a zone has no options of the type that the column had before', () => {
  const drafted = {
    ...DOCUMENT,
    schema: [
      {
        name: 'lieferung',
        properties: [
          {
            name: 'am',
            physicalType: 'DATE',
            logicalType: 'date',
            logicalTypeOptions: { format: 'dd.MM.yyyy' },
          },
        ],
      },
    ],
  }
  const columns = draftColumns(drafted).map((one) => ({ ...one, type: 'TIMESTAMP' }))
  const berlin = { ...about('regal'), timeZone: 'Europe/Berlin' }
  const [table] = edited(drafted, berlin, columns).schema as (typeof DOCUMENT.schema)[number][]
  expect(table?.properties[0]).toEqual({
    name: 'am',
    physicalType: 'TIMESTAMP',
    logicalType: 'timestamp',
    logicalTypeOptions: { defaultTimezone: 'Europe/Berlin' },
  })
})

test('types and names are those of people and of tables', () => {
  expect(typeWords('DECIMAL(18,4)')).toBe('number')
  expect(typeWords('VARCHAR(20)')).toBe('text')
  expect(typeWords('DOUBLE')).toBe('number')
  expect(plainName('Müller – Preise 2026')).toBe('muller_preise_2026')
})

test('letters that a name in the table cannot have are known', () => {
  expect(['Größe', '面積', 'café 2', 'a – b'].map(hasOtherLetters)).toEqual([true, true, false, false])
})

test('a column with another name in the table keeps the name in the file as an alias', () => {
  const columns = draftColumns(DOCUMENT).map((one) =>
    one.name === 'sku' ? { ...one, name: 'article' } : one,
  )
  const [table] = edited(DOCUMENT, about('preise'), columns).schema as (typeof DOCUMENT.schema)[number][]
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

test('a unit, a sentence, a zone and the sign of a heading are parts of the contract', () => {
  const columns = [
    {
      name: 'temp_c',
      heading: 'temp. (°c)',
      type: 'DECIMAL(9,2)',
      required: false,
      key: false,
      unit: ' °C ',
    },
    { name: 'preis', heading: 'preis', type: 'TIMESTAMP', required: false, key: false, unit: 'kg' },
  ]
  const drafted = {
    ...DOCUMENT,
    schema: [
      {
        name: 'lieferung',
        properties: [
          {
            name: 'temp_c',
            businessName: 'Temp. (°C)',
            physicalType: 'DECIMAL(9,2)',
            logicalType: 'number',
            customProperties: [{ property: 'headgate.unit', value: '°C' }],
          },
          {
            name: 'preis',
            physicalType: 'TIMESTAMP',
            logicalType: 'timestamp',
            logicalTypeOptions: { format: 'x' },
          },
        ],
      },
    ],
  }
  const dataset = {
    name: 'regal',
    description: ' A reading. ',
    timeZone: 'Europe/Berlin',
  }
  const [table] = edited(drafted, dataset, columns).schema as (typeof DOCUMENT.schema)[number][]
  expect(table).toMatchObject({
    description: 'A reading.',
    properties: [
      { businessName: 'Temp. (°C)', customProperties: [{ property: 'headgate.unit', value: '°C' }] },
      { logicalTypeOptions: { format: 'x', defaultTimezone: 'Europe/Berlin' } },
    ],
  })
  expect(table?.properties[1]?.customProperties).toBeUndefined()
  expect(table?.properties[1]).not.toHaveProperty('businessName')
})

test('a column has the heading of the file until a person gives it another name or unit', () => {
  const properties = [
    {
      name: 'strengthmpa',
      businessName: 'Strength (MPa)',
      physicalType: 'DECIMAL(9,2)',
      customProperties: [{ property: 'headgate.unit', value: 'MPa' }],
    },
  ]
  const document = { ...DOCUMENT, schema: [{ name: 'lieferung', properties }] }
  const [column] = draftColumns(document)
  const headingOf = (changes: Partial<DraftColumn>): unknown => {
    const { schema } = edited(document, about('x'), [{ ...(column as DraftColumn), ...changes }])
    return (schema as { properties: { businessName?: string }[] }[])[0]?.properties[0]?.businessName
  }
  expect(column?.unit).toBe('MPa')
  expect(headingOf({ name: 'strength_mpa' })).toBe('Strength (MPa)') // words apart
  expect([headingOf({ name: 'tensile' }), headingOf({ unit: 'GPa' })]).toEqual([undefined, undefined])
})

test('the zone is asked of times without one and of texts that a person made times', () => {
  const drafted = [
    { ...(draftColumns(DOCUMENT)[0] as DraftColumn), name: 'opened_at', type: 'TIMESTAMP' },
    { ...(draftColumns(DOCUMENT)[0] as DraftColumn), name: 'noted', type: 'VARCHAR(20)' },
  ]
  expect(hasLocalTimes(drafted, drafted, [])).toBe(false)
  expect(hasLocalTimes(drafted, drafted, ['opened_at'])).toBe(true)
  const renamed = drafted.map((one) => ({ ...one, name: `new_${one.name}` }))
  expect(hasLocalTimes(drafted, renamed, ['opened_at'])).toBe(true)
  const changed = drafted.map((one) => ({ ...one, type: 'TIMESTAMP' }))
  expect(hasLocalTimes(drafted, changed, [])).toBe(true)
})

test('the words of a heading are apart in the name of its column, unless another column has it', () => {
  const column = (name: string): DraftColumn => ({
    name,
    heading: name,
    type: 'DATE',
    required: false,
    key: false,
    unit: '',
  })
  const names = (heading: string[], ...drafted: string[]) =>
    withWordsApart(drafted.map(column), heading).map(({ name }) => name)
  expect(names(['StartDate', 'IPAddress', 'Q2_1'], 'startdate', 'ipaddress', 'q2_1')).toEqual([
    'start_date',
    'ip_address',
    'q2_1',
  ])
  expect(names(['StartDate', 'start_date'], 'startdate', 'start_date')).toEqual(['startdate', 'start_date'])
  expect(names(['other'], 'group_')).toEqual(['group_'])
})

test('a created table has its columns in the order of the file', () => {
  const document = {
    id: 'headgate.source.a',
    schema: [{ name: 'a', properties: [{ name: 'amount' }, { name: 'id' }] }],
  }
  const about = { name: 'a', description: '', timeZone: 'UTC', order: [1, 0] }
  const [table] = edited(document, about, draftColumns(document)).schema as {
    properties: { name: string }[]
  }[]
  expect(table?.properties.map(({ name }) => name)).toEqual(['id', 'amount'])
})

const sheetName = {
  name: 'sheet',
  physicalType: 'TEXT',
  customProperties: [{ property: 'headgate.sheetName', value: true }],
}
const MONTHS = {
  ...DOCUMENT,
  schema: [
    {
      name: 'monate',
      properties: [{ name: 'netprice', physicalType: 'DECIMAL(9,2)' }, sheetName],
    },
  ],
}

test('the name of the sheet is a column of the table and none of the file', () => {
  const inFile = ['NetPrice']
  const columns = withWordsApart(draftColumns(MONTHS), inFile)
  expect(columns.map((one) => one.name)).toEqual(['net_price', 'sheet'])
  expect(everyField(columns, inFile)).toEqual({ NetPrice: 'net_price' })
  expect(fieldsOf(columns, inFile)).toEqual({ NetPrice: 'net_price' })
})

test('the name of the sheet keeps its declaration under another name, and is left out without a word', () => {
  const [price, sheet] = draftColumns(MONTHS)
  if (!price || !sheet) throw new Error('no columns')
  const made = (column: DraftColumn) =>
    (edited(MONTHS, about('monate'), [price, column]).schema as typeof MONTHS.schema)[0]
  expect(made({ ...sheet, name: 'monat' })?.properties[1]).toMatchObject({
    name: 'monat',
    customProperties: sheetName.customProperties,
  })
  expect(made({ ...sheet, name: 'monat' })).toMatchObject({ customProperties: [] })
  const without = made({ ...sheet, isLeftOut: true })
  expect([without?.properties.length, without]).toEqual([
    1,
    expect.objectContaining({ customProperties: [] }),
  ])
})

test.each([
  ['Strength [MPa]', 'strength_mpa'],
  ['Verbrauch kWh', 'verbrauch_kwh'],
  ['Spitze kW', 'spitze_kw'],
  ['StartDate', 'start_date'],
])('the unit of %s is one word of its name', (heading, name) => {
  const [column] = draftColumns(MONTHS)
  if (!column) throw new Error('no column')
  const drafted = { ...column, name: name.replaceAll('_', '') }
  expect(withWordsApart([drafted], [heading])[0]?.name).toBe(name)
})

test('a dataset states the values beside a list that a person takes in, and leaves the others alone', () => {
  const drafted = {
    ...DOCUMENT,
    schema: [
      {
        name: 'calls',
        properties: ['call_id', 'port', 'generated'].map((name) => ({ name, physicalType: 'TEXT' })),
        customProperties: [{ property: 'headgate.besideRecords', value: ['port', 'Generated'] }],
      },
    ],
  }
  const propertiesWithout = (...leftOut: string[]) => {
    const columns = draftColumns(drafted).map((one) => ({ ...one, isLeftOut: leftOut.includes(one.name) }))
    return (edited(drafted, about('calls'), columns).schema as typeof drafted.schema)[0]?.customProperties
  }
  expect(propertiesWithout('generated')).toEqual([{ property: 'headgate.besideRecords', value: ['port'] }])
  expect(propertiesWithout('port', 'generated')).toEqual([])
  expect(propertiesWithout('call_id', 'port')).toEqual([
    { property: 'headgate.besideRecords', value: ['Generated'] },
    { property: 'headgate.leftOut', value: ['call_id'] },
  ])
})
