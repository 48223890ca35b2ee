"""Who saw or changed what that is not ticket work: sign-ins, settings, exports, looks at players' data."""
