import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

import { heading } from '../../formats/words'
import {
  mistakeOf,
  type Parameter,
  parametersOf,
  plainValue,
  type Values,
  valuesIn,
  withDefaults,
} from '../query/parameters'
import { valueWord } from '../query/value-words'

/** The parameters of the statements of a dashboard, each name once; one of other defaults, or of other types, has no default. */
export function boardParameters(statements: readonly string[]): Parameter[] {
  const all = statements.flatMap(parametersOf)
  return [...new Set(all.map(({ name }) => name))].map((name) => {
    const own = all.filter((each) => each.name === name)
    const [first = { name, type: 'text' as const }] = own
    const type = own.every((each) => each.type === first.type) ? first.type : 'text'
    const initial = own.every((each) => each.initial === first.initial) ? first.initial : undefined
    return { name, type, initial }
  })
}

/** The values of an address with which the statements can be asked; those of no parameter are left out. */
export function usableValues(parameters: readonly Parameter[], given: Values): Values {
  return Object.fromEntries(
    parameters.flatMap((each) => {
      const value = given[each.name]
      return value !== undefined && mistakeIn(each, value) === ''
        ? [[each.name, plainValue(each, value)]]
        : []
    }),
  )
}

/** Why a parameter cannot have a value of an address, and the remedy; empty for one that it can have. */
export function mistakeIn(parameter: Parameter, value: string): string {
  if (mistakeOf(parameter, value) === '') return ''
  const example = parameter.type === 'date' ? 'day such as 2026-01-31' : 'number such as 12.5'
  return `“${value}” of “${heading(parameter.name)}” is no ${example}. Choose another value.`
}

/** A statement with the chosen values of its parameters as their defaults; unchanged without any. */
export const withChosenValues = (sql: string, values: Values): string =>
  parametersOf(sql).some(({ name }) => values[name] !== undefined) ? withDefaults(sql, values) : sql

/** The values with which a statement is asked, in words: `Region: IE`, `From: 1 Jan 2026`. */
export const valueWords = (sql: string): string[] =>
  parametersOf(sql).map((each) => valueWord(each, each.initial))

/** The parameters of a dashboard, with the values that its address has and the mistakes in them. */
export interface BoardValues {
  parameters: Parameter[]
  /** Those of the address that can be asked with. */
  values: Values
  mistakes: string[]
}

/** The values of the page's parameters, which are in its address as on the page Query. */
export function useBoardValues(statements: readonly string[]): BoardValues {
  const [search] = useSearchParams()
  const text = JSON.stringify(statements)
  return useMemo(() => {
    const parameters = boardParameters(JSON.parse(text) as string[])
    const given = valuesIn(search)
    const mistakes = parameters.flatMap((each) => {
      const value = given[each.name]
      return (value === undefined ? '' : mistakeIn(each, value)) || []
    })
    return { parameters, values: usableValues(parameters, given), mistakes }
  }, [text, search])
}
