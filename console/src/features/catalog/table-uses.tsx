import { Anchor, Button, Table, Text } from '@mantine/core'
import { Fragment, useState } from 'react'

import { whole } from '../../api/format'
import { useTitleOf } from '../../formats/columns'
import { heading, inSeries } from '../../formats/words'
import { lineageAddress, type TableUse } from './column-uses'

interface Props {
  uses: TableUse[]
  /** The heading above the columns that the value comes from or goes into. */
  values: string
}

/** The tables that a value comes from or goes into, a row each; below, folded, those that are only decided about. */
export function TableUses({ uses, values }: Props) {
  const direct = uses.filter((use) => use.values.length > 0)
  const deciding = uses.filter((use) => use.values.length === 0)
  return (
    <>
      {direct.length > 0 ? <Uses uses={direct} words={values} /> : null}
      {deciding.length > 0 ? (
        <details>
          <summary>
            {direct.length > 0 ? 'Only decides' : 'No value goes in. It decides'} in {whole(deciding.length)}{' '}
            {direct.length > 0 ? 'further ' : ''}
            {deciding.length === 1 ? 'table' : 'tables'}
          </summary>
          <Uses uses={deciding} words="Decides" />
        </details>
      ) : null}
    </>
  )
}

function Uses({ uses, words }: { uses: TableUse[]; words: string }) {
  return (
    <Table fz="sm" className="named" aria-label={words}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Table</Table.Th>
          <Table.Th>{words}</Table.Th>
          <Table.Th visibleFrom="sm">Through</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {uses.map((use) => (
          <Table.Tr key={`${use.system}/${use.table}`}>
            <Table.Td w={{ base: 120, sm: 220 }}>
              <Anchor size="sm" href={lineageAddress({ ...use, column: '' })}>
                {heading(use.table)}
              </Anchor>
              {use.through.length > 0 ? (
                <Text size="xs" className="muted" hiddenFrom="sm">
                  through {waysOf(use)}
                </Text>
              ) : null}
            </Table.Td>
            <Table.Td>
              <Columns use={use} names={use.values} />
              <Decided use={use} isAlso={use.values.length > 0} />
            </Table.Td>
            <Table.Td visibleFrom="sm" w={240}>
              {use.through.length > 0 ? waysOf(use) : <span className="muted">no other table</span>}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

const waysOf = ({ through }: TableUse): string => inSeries(through.map((table) => heading(table)))

function Decided({ use, isAlso }: { use: TableUse; isAlso: boolean }) {
  if (use.choices.length === 0 && use.decides.length === 0) return null
  const rows = inSeries(use.decides)
  return (
    <Text size="sm" {...(isAlso ? { className: 'muted' } : {})}>
      {isAlso ? 'Also decides ' : ''}
      {rows}
      {use.choices.length > 0 ? (
        <>
          {rows ? '; ' : ''}which value these have: <Columns use={use} names={use.choices} />
        </>
      ) : null}
    </Text>
  )
}

const MOST_COLUMNS = 6

/** The columns of a table, each with its own lineage; the seventh and later ones on demand. */
function Columns({ use, names }: { use: TableUse; names: string[] }) {
  const titleOf = useTitleOf()
  const [isOpen, setOpen] = useState(false)
  const shown = isOpen || names.length <= MOST_COLUMNS + 1 ? names : names.slice(0, MOST_COLUMNS)
  return (
    <>
      {shown.map((name, at) => (
        <Fragment key={name}>
          {at > 0 ? ', ' : ''}
          <Anchor size="sm" href={lineageAddress({ ...use, column: name })} title={name}>
            {titleOf(use.table, name)}
          </Anchor>
        </Fragment>
      ))}
      {shown.length < names.length ? (
        <Button size="compact-xs" variant="subtle" ml={4} onClick={() => setOpen(true)}>
          and {whole(names.length - shown.length)} more
        </Button>
      ) : null}
    </>
  )
}
