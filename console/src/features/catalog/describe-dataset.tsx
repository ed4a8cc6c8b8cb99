import { Checkbox, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { useMay } from '../../api/queries'
import { FormPopover } from '../../components/form-popover'
import { columnTitle } from '../../formats/words'
import { MAX_COLUMN_DESCRIPTION, MAX_DESCRIPTION } from './limits'
import { useDescribe, useRemoval } from './queries'

interface Props {
  dataset: string
  description: string
  columns?: (Pick<Schemas['ContractColumn'], 'name' | 'label' | 'description'> & { personal?: boolean })[]
}

/** The description of a dataset that somebody created, and of its columns; its creator and operators write it. */
export function DescribeDataset({ dataset, description, columns = [] }: Props) {
  const { may_describe: mayDescribe, may_mark_people: mayMark } = useRemoval(dataset).data ?? {}
  const seesPeople = useMay('personal-data')
  const describe = useDescribe(dataset)
  // Until the person types, the form follows the description, which somebody else may change.
  const [typed, setTyped] = useState<string>()
  const [ofColumns, setOfColumns] = useState<Record<string, string>>({})
  const [aboutPeople, setAboutPeople] = useState<Record<string, boolean>>({})
  const text = typed ?? description
  if (!mayDescribe) return null
  return (
    <FormPopover
      label={description ? 'Edit the description' : 'Describe it'}
      submit="Save the description"
      what="The description"
      isComplete={text.trim() !== ''}
      onSubmit={async () => {
        await describe.mutateAsync({ description: text.trim(), columns: ofColumns, personal: aboutPeople })
        setTyped(undefined)
        setOfColumns({})
        setAboutPeople({})
        return (
          <Text span size="sm">
            Saved.
          </Text>
        )
      }}
      width={360}
    >
      <Textarea
        label="What are its rows?"
        description={text.trim() === '' ? 'Needed before you save.' : undefined}
        placeholder="Visits and sales of our branches, one row per branch and day"
        rows={4}
        maxLength={MAX_DESCRIPTION}
        value={text}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {columns.length > 0 ? (
        <Stack gap={4} mah="16rem" className="scroll" tabIndex={0}>
          <Text size="sm">What are its columns?</Text>
          {columns.map(({ name, label, description: before, personal = false }) => (
            <Stack key={name} gap={4}>
              <TextInput
                size="xs"
                label={label || columnTitle(name)}
                maxLength={MAX_COLUMN_DESCRIPTION}
                value={ofColumns[name] ?? before}
                onChange={(event) => setOfColumns({ ...ofColumns, [name]: event.currentTarget.value })}
              />
              {mayMark ? (
                <Checkbox
                  size="xs"
                  label="about people: only operators and the group personal-data read its values"
                  aria-label={`${label || columnTitle(name)} is about people`}
                  checked={aboutPeople[name] ?? personal}
                  disabled={personal && !seesPeople}
                  onChange={(event) =>
                    setAboutPeople({ ...aboutPeople, [name]: event.currentTarget.checked })
                  }
                />
              ) : null}
            </Stack>
          ))}
        </Stack>
      ) : null}
    </FormPopover>
  )
}
