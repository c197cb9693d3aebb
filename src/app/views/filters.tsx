import type { FileKind, Period } from '../../notebook/listing.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'

const kinds: { readonly [K in FileKind]: string } = {
  picture: t.kindPicture,
  recording: t.kindRecording,
  document: t.kindDocument,
}
const periods: { readonly [P in Period]: string } = {
  day: t.periodDay,
  week: t.periodWeek,
  month: t.periodMonth,
  year: t.periodYear,
}

type ChoiceProps = {
  readonly label: string
  readonly any: string
  readonly value: string | undefined
  readonly options: readonly (readonly [value: string, label: string])[]
  onChoose(value: string | undefined): void
}

const Choice = ({ label, any, value, options, onChoose }: ChoiceProps) => (
  <label class="filter">
    <span>{label}</span>
    <select value={value ?? ''} onChange={({ currentTarget }) => onChoose(currentTarget.value || undefined)}>
      <option value="">{any}</option>
      {options.map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  </label>
)

const isKey = <T extends object>(table: T, value: string | undefined): value is string & keyof T =>
  value !== undefined && Object.hasOwn(table, value)

/** What of the notebook the list shows. */
export const Filters = () => {
  const { search } = useApp()
  const { tag, kind, period } = search.filter.value
  return (
    <div id="filters" class="filters">
      <Choice
        label={t.filterTag}
        any={t.anyTag}
        value={tag}
        options={search.tags.value.map(([name, count]) => [name, `#${name} (${count})`])}
        onChoose={(value) => search.narrow({ tag: value })}
      />
      <Choice
        label={t.filterKind}
        any={t.anyKind}
        value={kind}
        options={Object.entries(kinds)}
        onChoose={(value) => search.narrow({ kind: isKey(kinds, value) ? value : undefined })}
      />
      <Choice
        label={t.filterPeriod}
        any={t.anyPeriod}
        value={period}
        options={Object.entries(periods)}
        onChoose={(value) => search.narrow({ period: isKey(periods, value) ? value : undefined })}
      />
    </div>
  )
}
