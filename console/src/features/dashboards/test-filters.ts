import type { Chosen, Filter } from './filters'

/** A filter for tests: of the halls of visits, but for what a test states. */
export const testFilter = (more: Partial<Filter> = {}): Filter => ({
  name: 'hall',
  label: 'Hall',
  column: 'hall_name',
  tables: ['visits'],
  values: 'SELECT hall_name FROM visits',
  whole: '',
  is_from: false,
  is_until: false,
  through: '',
  panels: [],
  ...more,
})

/** Chosen values by the name of their filter, of which “|” parts several; an empty text chooses none. */
export const chosenOf = (values: Record<string, string>): Chosen =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, text]) => (text ? [[name, text.split('|')]] : [])),
  )
