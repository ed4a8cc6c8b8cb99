import { Checkbox } from '@mantine/core'

import { count } from '../api/format'

/** Shows the lake's own columns of a table, which are folded until a person asks for them; nothing where it has none. */
export function FoldedColumnsSwitch({
  folded,
  isShown,
  onShow,
}: {
  folded: number
  isShown: boolean
  onShow: (isShown: boolean) => void
}) {
  if (folded === 0) return null
  return (
    <Checkbox
      size="xs"
      checked={isShown}
      onChange={(event) => onShow(event.currentTarget.checked)}
      label={`Show ${count(folded, 'technical column')} of the lake`}
    />
  )
}
