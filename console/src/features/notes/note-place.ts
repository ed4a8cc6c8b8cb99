import { createContext } from 'react'

import type { Note } from './notes'

/** The dashboard of the charts below it; empty on other pages. */
export const NotePlace = createContext('')

/** What a note is about, as the API takes it: a dashboard, one panel of it, or every chart. */
export const placeOf = (dashboard: string, panel = ''): string => [dashboard, panel].filter(Boolean).join('/')

/** Whether a chart of a dashboard marks a note. */
export const isShownOn = (
  { shown_on: place = '' }: Pick<Note, 'shown_on'>,
  dashboard: string,
  panel: string,
): boolean =>
  place === '' || (dashboard !== '' && [placeOf(dashboard), placeOf(dashboard, panel)].includes(place))
