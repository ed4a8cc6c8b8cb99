import { Text } from '@mantine/core'
import { Link } from 'react-router'

import type { Schemas } from '../../api/client'
import { Moment } from '../../components/moment'
import { useUnits } from '../../formats/columns'
import { answerRows, filledParts } from '../../formats/template'
import { heading } from '../../formats/words'
import { DatasetRowLink } from '../catalog/dataset-row-link'
import { useCatalog } from '../catalog/queries'
import { nothingOf } from '../dashboards/panel-action'
import { useResult } from '../query/results'
import { nameOfItem } from './left-items'
import { newestOf } from './queue-state'

interface Props {
  board: Schemas['Dashboard']
  queue: Schemas['WorkQueue']
  /** Undefined until they were read. */
  decisions: Schemas['Decision'][] | undefined
}

/** The newest decision of a queue that is empty, why it is empty, and the page with its figures. */
export function Decided({ board, queue, decisions }: Props) {
  const newest = decisions && newestOf(decisions)
  // The action of a figure is about a queue with items, so it is not shown here.
  const panel = board.panels.find(({ kind, queue: name }) => kind === 'kpi' && name === queue.name)
  const counted = useResult(panel?.sql ?? '').data
  const units = useUnits(queue.table, panel?.units)
  const nothing = nothingOf(counted)
  const why =
    panel && counted && nothing
      ? [nothing, ...filledParts(panel.details, answerRows(counted), units)].join(' ')
      : ''
  const label = queue.actions.find(({ name }) => name === newest?.action)?.label ?? newest?.action
  return (
    <Text size="sm" data-testid="queue-decided">
      {newest ? (
        <>
          Decided last: <Item table={queue.table} id={newest.item_id} />, {label}, by {newest.decided_by},{' '}
          <Moment at={newest.decided_at} />.{' '}
        </>
      ) : decisions ? (
        'Nothing was decided here yet. '
      ) : null}
      {why ? `${why} ` : ''}The page <Link to={`/dashboards/${board.system}`}>{board.title}</Link> shows the
      figures, and the table <Link to={`/tables/${board.system}/${queue.table}`}>{heading(queue.table)}</Link>{' '}
      all rows.
    </Text>
  )
}

/** An item that the list no longer has, by the key of its table: "Customer 7". */
function Item({ table, id }: { table: string; id: string }) {
  const { key } = nameOfItem(useCatalog().data?.tables ?? [], table, id)
  return key ? (
    <>
      {heading(key)} <DatasetRowLink column={key} value={id} text={id} />
    </>
  ) : (
    id
  )
}
