import { Anchor, Button, Group, Select, Stack, Text, VisuallyHidden } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'

import { read, type Schemas } from '../../api/client'
import { csvLine, download } from '../../api/format'
import { useCaller, useMay } from '../../api/queries'
import { useContracts } from '../catalog/queries'
import { PageTitle } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { keptFiles } from './kept-files'
import { LastUploads } from './last-uploads-list'
import { ShownUploadCards } from './upload-cards'
import { addUploads, removeEnded, useUploads } from './uploads-store'

const BY_NAME = 'by name'

export function UploadPage() {
  const caller = useCaller()
  const may = useMay('uploader')
  const onlyReads = caller.data !== undefined && !may
  const contracts = useContracts()
  const template = useMutation({ mutationFn: saveTemplate })
  const [dataset, setDataset] = useState<string | null>(BY_NAME)
  const uploads = useUploads()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const sources = (contracts.data?.contracts ?? [])
    .filter((one) => one.zone === 'source')
    .map((one) => one.name)

  const by = caller.data?.name
  useEffect(() => {
    // A reload in the middle of an upload goes on with it.
    if (by !== undefined) keptFiles(by).then(addUploads, () => undefined)
  }, [by])
  useEffect(() => removeEnded, [])

  const add = useCallback(
    (files: FileList | File[]) => {
      const chosen = dataset === BY_NAME ? '' : (dataset ?? '')
      const addedAt = Date.now()
      const added = [...files].map((file, place) => ({
        id: crypto.randomUUID(),
        file,
        dataset: chosen || datasetOf(file.name, sources),
        by: by ?? '',
        addedAt: addedAt - place,
      }))
      addUploads(added)
    },
    [dataset, sources, by],
  )

  return (
    <Stack gap="md">
      <PageTitle>Upload</PageTitle>
      {may ? null : (
        <Answered of={caller} what="what your account may do">
          {() => (
            <Empty>Your account may read, but not upload. Ask an operator for the group uploader.</Empty>
          )}
        </Answered>
      )}
      {contracts.error ? (
        <Failed
          error={contracts.error}
          what="The list of datasets"
          onRetry={() => void contracts.refetch()}
        />
      ) : null}
      {uploads.length > 0 || onlyReads ? null : (
        <Group align="end" gap="sm">
          <Select
            label="Dataset"
            description="Choose one, or let the file name and header decide"
            data={[{ value: BY_NAME, label: 'decide by name and header' }, ...sources]}
            value={dataset}
            onChange={setDataset}
            allowDeselect={false}
            searchable
            w={{ base: '100%', sm: 320 }}
          />
          {dataset && dataset !== BY_NAME ? (
            <Button variant="default" loading={template.isPending} onClick={() => template.mutate(dataset)}>
              Download template
            </Button>
          ) : null}
        </Group>
      )}
      {template.error ? <Failed error={template.error} what="The template" isAction /> : null}
      {onlyReads ? null : (
        <div
          className={uploads.length > 0 ? 'drop small' : 'drop'}
          data-over={over}
          onDragOver={(event) => {
            event.preventDefault()
            setOver(may)
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault()
            setOver(false)
            if (may) add(event.dataTransfer.files)
          }}
        >
          <Text>
            {uploads.length > 0
              ? 'Drop another table here'
              : 'Drop tables here: CSV, Excel, JSON or another format'}
          </Text>
          <Button
            disabled={!may}
            variant={uploads.length > 0 ? 'default' : 'filled'}
            size={uploads.length > 0 ? 'compact-sm' : 'sm'}
            onClick={() => input.current?.click()}
          >
            Choose files
          </Button>
          <VisuallyHidden>
            <input
              ref={input}
              type="file"
              multiple
              aria-label="Files to upload"
              disabled={!may}
              onChange={(event) => {
                if (event.currentTarget.files) add([...event.currentTarget.files])
                event.currentTarget.value = ''
              }}
            />
          </VisuallyHidden>
        </div>
      )}
      {uploads.length === 0 ? (
        <Empty>
          {onlyReads
            ? ''
            : 'No upload is under way. You see every row with what the gate refuses, correct it, and commit; nothing is in the lake before. '}
          <Anchor href="#/lake">Files that came before</Anchor>
        </Empty>
      ) : (
        <ShownUploadCards />
      )}
      <LastUploads />
    </Stack>
  )
}

/** The dataset whose name begins the file's name, the longest of them; else none. */
function datasetOf(name: string, sources: string[]): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '_')
  return (
    sources.filter((source) => plain.startsWith(source)).sort((one, other) => other.length - one.length)[0] ??
    ''
  )
}

/** A CSV file with the header of a dataset. */
async function saveTemplate(dataset: string): Promise<void> {
  const contract = await read<Schemas['ContractDetail']>(
    `/v1/contracts/source/${encodeURIComponent(dataset)}`,
  )
  download(`${dataset}.csv`, [csvLine(contract.column_list.map((column) => column.name))])
}
