import { useState } from 'react'

import type { Schemas } from '../../api/client'

type Checked = Pick<Schemas['DryRun'], 'part' | 'dataset' | 'mapping' | 'quarantined'> &
  Partial<Pick<Schemas['DryRun'], 'outcome'>>

/** A phone shows one row at a time, so it begins with those that need a person. */
const beginning = ({ quarantined }: Checked, isPhone: boolean): string =>
  isPhone && quarantined > 0 ? 'errors' : 'all'

/**
 * Which rows a person chose to see. The first check of a part with a dataset decides what is shown before: later checks
 * of it move nobody, and the columns and causes of another part or dataset are others.
 */
export function useShownChoice(result: Checked, isPhone: boolean): [string, (show: string) => void] {
  // A phone begins once the rows are checked: before, no field is decided and no row has errors.
  const isBefore = isPhone && (result.outcome === 'needs_mapping' || result.outcome === 'profiled')
  const of = JSON.stringify([result.part, result.mapping?.dataset ?? result.dataset, isBefore])
  const [choice, setChoice] = useState({ of, show: beginning(result, isPhone) })
  const isOther = choice.of !== of
  const show = isOther ? beginning(result, isPhone) : choice.show
  if (isOther) setChoice({ of, show })
  return [show, (next) => setChoice({ of, show: next })]
}
