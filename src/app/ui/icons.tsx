import type { ComponentChildren } from 'preact'

const Icon = ({ children }: { readonly children: ComponentChildren }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {children}
  </svg>
)

export const BackIcon = () => (
  <Icon>
    <path d="M15 5l-7 7 7 7" />
  </Icon>
)

export const PlusIcon = () => (
  <Icon>
    <path d="M12 5v14M5 12h14" />
  </Icon>
)

export const SearchIcon = () => (
  <Icon>
    <circle cx="11" cy="11" r="6.5" />
    <path d="M16 16l4.5 4.5" />
  </Icon>
)

export const TrashIcon = () => (
  <Icon>
    <path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10.2 10.5v5.5M13.8 10.5v5.5" />
  </Icon>
)

export const SettingsIcon = () => (
  <Icon>
    <path d="M4 7h9M19 7h1M4 17h1M11 17h9" />
    <circle cx="16" cy="7" r="2.6" />
    <circle cx="8" cy="17" r="2.6" />
  </Icon>
)

export const CloseIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
)

export const ShieldIcon = () => (
  <Icon>
    <path d="M12 3.5l7 2.5v5.5c0 4.4-2.9 7.6-7 9-4.1-1.4-7-4.6-7-9V6l7-2.5z" />
    <path d="M9 12l2.2 2.2L15.2 10" />
  </Icon>
)

export const PinIcon = ({ title }: { readonly title?: string }) => (
  <svg
    class="icon pin"
    viewBox="0 0 24 24"
    role={title === undefined ? undefined : 'img'}
    aria-label={title}
    aria-hidden={title === undefined}
    focusable="false"
  >
    <path d="M9 4h6l-1 6 3.5 3.5h-11L10 10 9 4zM12 13.5V20" />
  </svg>
)

export const EyeIcon = () => (
  <Icon>
    <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z" />
    <circle cx="12" cy="12" r="2.8" />
  </Icon>
)

export const AttachIcon = () => (
  <Icon>
    <path d="M19.5 11.5l-7.6 7.6a5 5 0 0 1-7.1-7.1l8-8a3.4 3.4 0 0 1 4.8 4.8l-8 8a1.7 1.7 0 0 1-2.4-2.4l7.2-7.2" />
  </Icon>
)

export const MicrophoneIcon = () => (
  <Icon>
    <rect x="9" y="3" width="6" height="11" rx="3" />
    <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
  </Icon>
)

export const StopIcon = () => (
  <Icon>
    <rect x="6.5" y="6.5" width="11" height="11" rx="1.5" />
  </Icon>
)

export const HistoryIcon = () => (
  <Icon>
    <path d="M4 12a8 8 0 1 0 2.6-5.9M4 4.5v4h4M12 8v4.5l3 1.8" />
  </Icon>
)

export const SparkIcon = () => (
  <Icon>
    <path d="M12 3.5l1.9 5.6 5.6 1.9-5.6 1.9L12 18.5l-1.9-5.6L4.5 11l5.6-1.9L12 3.5zM18.5 16.5v4M16.5 18.5h4" />
  </Icon>
)

export const ExportIcon = () => (
  <Icon>
    <path d="M12 3.5v11M8 10.5l4 4 4-4M4.5 16.5V20h15v-3.5" />
  </Icon>
)

export const FilterIcon = () => (
  <Icon>
    <path d="M3.5 6h17M6.5 12h11M10 18h4" />
  </Icon>
)

/** The mark: a kelp's holdfast, the part that does not let go. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 512 512" aria-hidden="true" focusable="false">
    <rect class="mark-ground" width="512" height="512" rx="116" />
    <g class="mark-root">
      <path d="M256 236V410" />
      <path d="M256 268C252 338 212 352 164 398" />
      <path d="M256 268c4 70 44 84 92 130" />
    </g>
    <path class="mark-leaf" d="M262 246c-8-82 34-138 118-146 6 84-40 140-118 146z" />
    <path class="mark-leaf-small" d="M250 246c2-60-32-102-98-112-4 66 32 108 98 112z" />
  </svg>
)
