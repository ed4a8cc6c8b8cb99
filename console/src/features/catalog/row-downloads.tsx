import { Button, Menu } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { Failed } from '../../components/states'

/** The order and the conditions of the rows that are shown. */
export interface Asked {
  sort: string
  filters: string[]
}

export const addressOf = (system: string, table: string): string =>
  `/v1/systems/${encodeURIComponent(system)}/tables/${encodeURIComponent(table)}`

/** Saves the rows that the filters leave, in their order. */
export function Downloads({ system, table, asked }: { system: string; table: string; asked: Asked }) {
  const file = useMutation({
    mutationFn: (format: string) =>
      read<Schemas['Download']>(`${addressOf(system, table)}/download`, {
        method: 'POST',
        query: { format, sort: asked.sort, filter: asked.filters },
      }),
    onSuccess: ({ url }) => window.location.assign(url),
  })
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="compact-sm" variant="default" loading={file.isPending}>
            Download
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => file.mutate('csv')}>CSV, for Excel</Menu.Item>
          <Menu.Item onClick={() => file.mutate('parquet')}>Parquet, for programs</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {file.error ? <Failed error={file.error} what="The download" isAction /> : null}
    </>
  )
}
