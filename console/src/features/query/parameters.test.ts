import { expect, test } from 'vitest'

import { addValues, declaring, mistakeOf, parametersOf, valuesIn, valuesOf, withDefaults } from './parameters'

const SQL =
  "-- :region text = Norway\nSELECT * FROM orders WHERE region = :region AND paid > :least AND x <> ':no'"

test('parameters are those outside texts and comments, with the type and default of their lines', () => {
  expect(parametersOf(SQL)).toEqual([
    { name: 'region', type: 'text', initial: 'Norway' },
    { name: 'least', type: 'text', initial: undefined },
  ])
  expect(parametersOf("SELECT TIMESTAMP '2024-01-01 10:00:00', a::b FROM t")).toEqual([])
})

test('what is saved has the values as defaults, in lines at its end, also where it had others', () => {
  const saved = withDefaults(SQL, { region: "Côte d'Or", least: '5' })
  expect(saved).toBe(
    "SELECT * FROM orders WHERE region = :region AND paid > :least AND x <> ':no'\n-- :region text = Côte d'Or\n-- :least text = 5",
  )
  expect(withDefaults(saved, {})).toBe(saved)
  expect(withDefaults('SELECT 1', {})).toBe('SELECT 1')
  const [region, least] = parametersOf(SQL)
  if (!region || !least) throw new Error('no parameters')
  expect(parametersOf(declaring(SQL, [region, { ...least, type: 'number' }]))[1]?.type).toBe('number')
})

test('a value is of its type, and one without a default is needed', () => {
  const [region, least] = parametersOf(SQL)
  if (!region || !least) throw new Error('no parameters')
  expect(valuesOf([region, least], {})).toEqual({ region: 'Norway' })
  expect(mistakeOf(least, undefined)).toBe('It needs a value.')
  expect(mistakeOf({ ...least, type: 'number' }, '1; drop')).toBe('Write a number such as 12.5.')
  expect(mistakeOf({ ...least, type: 'date' }, '31.1.2024')).toBe('Choose a day such as 2026-01-31.')
  expect(mistakeOf(region, '')).toBe('')
})

test('a number may be typed with a comma or blanks, and is asked and saved with a point', () => {
  const least = { name: 'least', type: 'number' as const, initial: '1 000' }
  expect(mistakeOf(least, '1,5')).toBe('')
  expect(valuesOf([least], { least: '1,5' })).toEqual({ least: '1.5' })
  expect(valuesOf([least], {})).toEqual({ least: '1000' })
  expect(valuesOf([{ ...least, type: 'text' }], { least: '1,5' })).toEqual({ least: '1,5' })
  const sql = 'SELECT * FROM orders WHERE paid > :least\n-- :least number = 5'
  expect(withDefaults(sql, { least: '1 500' })).toContain('-- :least number = 1500')
})

test('values travel in the address', () => {
  const search = new URLSearchParams({ sql: 'SELECT 1' })
  addValues(search, { region: 'Côte d’Or & more' })
  expect(valuesIn(new URLSearchParams(String(search)))).toEqual({ region: 'Côte d’Or & more' })
})
