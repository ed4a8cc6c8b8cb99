import { day, readDay } from '../../formats/moments'
import { heading } from '../../formats/words'
import type { Parameter } from './parameters'

/** A parameter with its value in words: `Region: IE`, `From: 1 Jan 2026`. */
export function valueWord({ name, type }: Parameter, value: string | undefined): string {
  const isDay = type === 'date' && value !== undefined && readDay(value) === value
  return `${heading(name)}: ${value === undefined ? 'no value' : isDay ? day(value) : value || 'empty'}`
}
